import { CLASS_IN, types } from './constants.ts';
import { encodeName } from './names.ts';

/** One record as it stands in an answer. */
export type ResourceRecord =
  | { readonly type: 'A'; readonly name: string; readonly ttl: number; readonly address: string }
  | { readonly type: 'CNAME' | 'NS'; readonly name: string; readonly ttl: number; readonly target: string }
  | { readonly type: 'SOA'; readonly name: string; readonly ttl: number };

/** Points at the question's name, right behind the header: the client gets its own spelling of it back. */
const POINTER_TO_QUESTION = Buffer.from([0xc0, 0x0c]);
const FIXED_BYTES = 10;

/** What Route 53 puts into the SOA record of a hosted zone. */
const SOA_TIMERS = [1, 7200, 900, 1_209_600, 86_400] as const;
/** Under a name of its own, as Route 53's name servers are: no label of the zone is taken. */
export const NAME_SERVER = 'ns.isochrone.localhost';
const HOSTMASTER = 'hostmaster.isochrone.localhost';

export function encodeRecord(record: ResourceRecord, questionName: string): Buffer {
  const name = record.name === questionName ? POINTER_TO_QUESTION : encodeName(record.name);
  const data = recordData(record);
  const bytes = Buffer.allocUnsafe(name.length + FIXED_BYTES + data.length);
  name.copy(bytes);
  let offset = bytes.writeUInt16BE(types[record.type], name.length);
  offset = bytes.writeUInt16BE(CLASS_IN, offset);
  offset = bytes.writeUInt32BE(record.ttl, offset);
  offset = bytes.writeUInt16BE(data.length, offset);
  data.copy(bytes, offset);
  return bytes;
}

function recordData(record: ResourceRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'CNAME':
    case 'NS':
      return encodeName(record.target);
    case 'SOA': {
      const timers = Buffer.alloc(SOA_TIMERS.length * 4);
      for (const [index, seconds] of SOA_TIMERS.entries()) timers.writeUInt32BE(seconds, index * 4);
      return Buffer.concat([encodeName(NAME_SERVER), encodeName(HOSTMASTER), timers]);
    }
  }
}
