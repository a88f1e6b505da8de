import 'reflect-metadata';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import { Extension, X509Certificate } from '@peculiar/x509';

/** A list of permitted domains alone would leave every address open: a name form without a constraint is free. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** The extension that lets an authority sign for these domains, names below them, and loopback addresses only. */
export function nameConstraints(permittedDomains: readonly string[]): Extension {
  const permitted = [
    ...permittedDomains.map((dNSName) => new GeneralName({ dNSName })),
    ...LOOPBACK.map((iPAddress) => new GeneralName({ iPAddress })),
  ];
  const permittedSubtrees = new GeneralSubtrees(permitted.map((base) => new GeneralSubtree({ base })));
  // Critical, as RFC 5280 demands: who does not understand the constraint must refuse the authority.
  return new Extension(
    id_ce_nameConstraints,
    true,
    AsnConvert.serialize(new NameConstraints({ permittedSubtrees })),
  );
}

/** Whether the certificate is constrained to exactly these domains; null means not constrained. */
export function hasConstraints(certificate: string, permittedDomains: readonly string[] | null): boolean {
  const found = new X509Certificate(certificate).getExtension(id_ce_nameConstraints);
  if (found === null || permittedDomains === null) return found === null && permittedDomains === null;
  return Buffer.from(found.rawData).equals(Buffer.from(nameConstraints(permittedDomains).rawData));
}
