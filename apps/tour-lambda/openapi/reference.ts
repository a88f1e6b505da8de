import type { ApiDocument, ApiOperation, ApiResponse, Reference } from './document.ts';

/** The API reference, as Markdown. */
export function apiReference({ paths, components }: ApiDocument): string {
  const resolve = (response: ApiResponse | Reference): ApiResponse =>
    '$ref' in response ? resolved(components.responses, response) : response;
  const sections = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'head')
      .map(([method, operation]) =>
        section(method.toUpperCase(), path, operation, { alsoHead: 'head' in operations, resolve }),
      ),
  );
  return `<!-- Generated from apps/tour-lambda/openapi by npm run generate; do not edit. -->

# API reference

Publishing is under \`/v1/\` of the public name, with \`Authorization: Bearer KEY\`; the rest is what browsers ask for. The same as an OpenAPI 3.1 document, with the schemas of all bodies: [\`apps/tour-lambda/openapi.json\`](../apps/tour-lambda/openapi.json). Errors are problem documents (RFC 9457); their codes are in [errors.md](errors.md).

${sections.join('\n')}`;
}

interface Context {
  readonly alsoHead: boolean;
  readonly resolve: (response: ApiResponse | Reference) => ApiResponse;
}

function resolved(responses: ApiDocument['components']['responses'], { $ref }: Reference): ApiResponse {
  const found = responses[$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`${$ref} leads nowhere`);
  return found;
}

function section(
  method: string,
  path: string,
  operation: ApiOperation,
  { alsoHead, resolve }: Context,
): string {
  const { summary, description, parameters, requestBody, responses } = operation;
  const paragraphs = [
    `## ${method} ${path}`,
    `${summary}.${description === undefined ? '' : ` ${description}`}${alsoHead ? ' `HEAD` answers alike, without the body.' : ''}`,
    ...(parameters.length === 0
      ? []
      : [
          table(
            ['parameter', 'in', 'meaning'],
            parameters.map((each) => [`\`${each.name}\``, each.in, each.description]),
          ),
        ]),
    ...(requestBody === undefined ? [] : [`Body: ${schemaIn(requestBody)}.`]),
    table(
      ['status', 'body', 'headers', 'meaning'],
      Object.entries(responses).map(([status, response]) => {
        const { description: meaning, content, headers } = resolve(response);
        return [
          status,
          content === undefined ? '' : schemaIn({ content }),
          ownHeaders(headers)
            .map((name) => `\`${name}\``)
            .join(', '),
          meaning,
        ];
      }),
    ),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Those that tell something about this answer. */
const ownHeaders = (headers: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(headers).filter((name) =>
    [
      'ETag',
      'Location',
      'Idempotency-Replayed',
      'X-Tours-Revision',
      'Retry-After',
      'WWW-Authenticate',
    ].includes(name),
  );

/** `Tour`, or the media type where there is no schema by name. */
function schemaIn(from: object): string {
  const name = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(from))?.[1];
  return name === undefined ? 'a script' : `\`${name}\``;
}
