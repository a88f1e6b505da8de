import { type Site, scriptBody } from './site.ts';
import { keptConnection, visit } from './visit.ts';

/** What a contender did wrong, in words; empty where it may take part. */
export async function faultsOf(site: Site, port: number): Promise<readonly string[]> {
  const agent = keptConnection();
  const faults: string[] = [];
  try {
    for (const what of ['its first answer', 'its second answer on a connection']) {
      const { status, body, headers } = await visit(site, port, { agent });
      if (status !== 200) faults.push(`${what} has status ${status}`);
      else if (!body.equals(scriptBody())) faults.push(`${what} has another body`);
      for (const field of ['x-seen-host', 'x-seen-sni'])
        if (status === 200 && headers[field] !== site.apiHost)
          faults.push(`${what} says ${field}: ${headers[field]}, expected ${site.apiHost}`);
    }
    const head = await visit(site, port, { method: 'HEAD' });
    if (head.status !== 200 || head.body.length > 0)
      faults.push(`HEAD is answered ${head.status}, or with a body`);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    agent.destroy();
  }
  return faults;
}
