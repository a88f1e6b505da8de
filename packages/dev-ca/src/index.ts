export { createCertificateAuthority, issueCertificate, type PemPair } from './certificates.ts';
export { type DevCa, openDevCa } from './dev-ca.ts';
export { DevCaError, type DevCaErrorCode, ERROR_CODES } from './errors.ts';
