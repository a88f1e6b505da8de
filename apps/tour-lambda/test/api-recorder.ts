import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ApiDocument, ApiResponse, Reference } from '../openapi/document.ts';
import type { EventRequest } from './events.ts';
import { type Answer, jsonOf } from './functions.ts';

type Call = (request: EventRequest) => Promise<Answer>;

/** Compares what a function answers with what the document says of it. */
export interface Recorder {
  readonly watch: (call: Call) => Call;
  /** What was answered, and is not in the document. */
  readonly surprises: string[];
  /** What is in the document, and was not answered. */
  readonly unseen: () => readonly string[];
}

export function recorder(document: ApiDocument): Recorder {
  const surprises: string[] = [];
  const seen = new Set<string>();
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: document.components });
  const resolve = (response: ApiResponse | Reference) => {
    if (!('$ref' in response)) return { name: undefined, response };
    const name = response.$ref.split('/').at(-1) ?? '';
    const found = document.components.responses[name];
    if (found === undefined) throw new Error(`${response.$ref} leads nowhere`);
    return { name, response: found };
  };

  const compare = (operation: string, answer: Answer, described: ApiResponse | Reference): void => {
    const { statusCode: status, headers = {} } = answer;
    const { name = `${operation} ${status}`, response } = resolve(described);
    seen.add(`${operation} ${status}`);
    const documented = new Map(Object.keys(response.headers).map((header) => [header.toLowerCase(), header]));
    for (const header of Object.keys(headers)) {
      const known = documented.get(header);
      if (known !== undefined) seen.add(`${name}: ${known}`);
      else if (header !== 'content-type') surprises.push(`${operation} ${status}: ${header}`);
    }
    const [[type, content] = []] = Object.entries(response.content ?? {});
    if (type === undefined) {
      if (answer.body) surprises.push(`${operation} ${status}: a body`);
      return;
    }
    if (headers['content-type'] !== type)
      surprises.push(`${operation} ${status}: ${headers['content-type']}`);
    const schema = /"#(\/components\/schemas\/\w+)"/.exec(JSON.stringify(content))?.[1];
    if (schema === undefined) return;
    const valid = ajv.validate({ $ref: `api#${schema}` }, jsonOf(answer));
    if (!valid) surprises.push(`${operation} ${status}: ${ajv.errorsText()}`);
  };

  return {
    surprises,
    watch: (call) => async (request) => {
      const answer = await call(request);
      const method = request.method ?? 'GET';
      const path =
        Object.keys(document.paths).find((template) => fits(template, request.path)) ?? request.path;
      const operation = `${method} ${path}`;
      const described = document.paths[path]?.[method.toLowerCase()]?.responses[String(answer.statusCode)];
      if (described === undefined) surprises.push(`${operation} ${answer.statusCode}: ${answer.body}`);
      else compare(operation, answer, described);
      return answer;
    },
    unseen: () => expected(document, resolve).filter((each) => !seen.has(each)),
  };
}

/** Every status of every operation, and every header of every answer; those of problems once for all operations. */
function expected(
  document: ApiDocument,
  resolve: (response: ApiResponse | Reference) => {
    readonly name: string | undefined;
    readonly response: ApiResponse;
  },
): readonly string[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries(responses).flatMap(([status, described]) => {
        const operation = `${method.toUpperCase()} ${path} ${status}`;
        const { name = operation, response } = resolve(described);
        return [operation, ...Object.keys(response.headers).map((header) => `${name}: ${header}`)];
      }),
    ),
  );
  return [...new Set(all)].toSorted();
}

const fits = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[\\w-]+')}$`).test(path);
