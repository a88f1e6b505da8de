import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileAssetPackaging, type Stack, Stage } from 'aws-cdk-lib';
import type { ReleaseFile } from './edge-release.ts';

export interface PublishedFile {
  readonly bucketName: string;
  readonly objectArn: string;
}

/** Makes a rendered file an asset of the stack: it is in the bucket before the stack is deployed. */
export function publishFile(stack: Stack, { key, sha256, content }: ReleaseFile): PublishedFile {
  const outdir = Stage.of(stack)?.outdir ?? '.';
  const fileName = `asset.${key}`;
  mkdirSync(outdir, { recursive: true });
  writeFileSync(join(outdir, fileName), content);
  const { bucketName, objectKey } = stack.synthesizer.addFileAsset({
    fileName,
    packaging: FileAssetPackaging.FILE,
    sourceHash: sha256,
  });
  return { bucketName, objectArn: `arn:aws:s3:::${bucketName}/${objectKey}` };
}
