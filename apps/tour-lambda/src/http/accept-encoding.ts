export type ContentCoding = 'br' | 'gzip' | 'identity';

/** In the order in which we prefer them, where the client has no preference. */
const codings: readonly ContentCoding[] = ['br', 'gzip', 'identity'];

/**
 * The content coding that an Accept-Encoding header likes best (RFC 9110, section 12.5.3).
 * Without a header, and where nothing on offer is acceptable, the answer is `identity`: a script that a client
 * may be unable to read is worth less than one that it did not ask for.
 */
export function negotiateCoding(header: string | undefined): ContentCoding {
  if (header === undefined) return 'identity';
  const weights = weightsOf(header);
  let best: ContentCoding = 'identity';
  let bestWeight = 0;
  for (const coding of codings) {
    const weight = weights.get(coding) ?? weights.get('*') ?? (coding === 'identity' ? UNLISTED_IDENTITY : 0);
    if (weight > bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

/** Identity needs no mention to be acceptable, but anything that is mentioned comes first. */
const UNLISTED_IDENTITY = 0.0001;

function weightsOf(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of header.split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    // A weight that is none means that we did not understand the client: do not send what it may have refused.
    const known = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0;
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, known);
  }
  return weights;
}
