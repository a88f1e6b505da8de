import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).optional(),
});

const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.unknown()).optional(),
  Parameters: z.record(z.string(), z.unknown()).optional(),
});

export type Template = z.output<typeof templateSchema>;

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .looseObject({ stackName: z.string().optional(), templateFile: z.string().optional() })
        .optional(),
    }),
  ),
});

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string(), packaging: z.enum(['file', 'zip']) }),
      destinations: z.record(z.string(), z.object({ bucketName: z.string(), objectKey: z.string() })),
    }),
  ),
});

/** Something that stands in a bucket before a stack is deployed. */
export interface Asset {
  readonly path: string;
  readonly packaging: 'file' | 'zip';
  readonly bucket: string;
  readonly key: string;
}

export interface SynthesisedStack {
  /** `Tour-us-east-1`. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly file: string;
  readonly template: Template;
  readonly assets: readonly Asset[];
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** The stacks that CDK wrote to a folder, in the order in which they can be deployed. */
export function readAssembly(folder: string): readonly SynthesisedStack[] {
  const { artifacts } = manifestSchema.parse(json(join(folder, 'manifest.json')));
  return Object.entries(artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([id, { environment = '', properties }]) => {
      const file = join(folder, properties?.templateFile ?? '');
      const assets = assetsSchema.parse(json(join(folder, `${id}.assets.json`)));
      return {
        id,
        name: properties?.stackName ?? id,
        region: environment.split('/').at(-1) ?? '',
        file,
        template: templateSchema.parse(json(file)),
        assets: Object.values(assets.files).flatMap(({ source, destinations }) =>
          Object.values(destinations).map(({ bucketName, objectKey }) => ({
            path: join(folder, source.path),
            packaging: source.packaging,
            bucket: bucketName,
            key: objectKey,
          })),
        ),
      };
    })
    .sort((a, b) => rank(a.id) - rank(b.id));
}

const ORDER = ['Data', 'Tour', 'Edge', 'Watch'];
const rank = (id: string): number => ORDER.indexOf(id.split('-', 1)[0] ?? '');
