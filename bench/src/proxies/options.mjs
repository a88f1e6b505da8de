import { readFileSync } from 'node:fs';

/** What each of these programs is told, as JSON: see ../contenders/node.ts. */
const { port, upstreamPort, apiHost, certificateFile, keyFile, authorityFile } = JSON.parse(process.argv[2]);

export { apiHost, port };
export const upstream = `https://127.0.0.1:${upstreamPort}`;
export const tls = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
export const ca = readFileSync(authorityFile);
