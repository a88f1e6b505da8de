import type { AddressBook } from '../address-book.ts';
import { apiEndpoint } from '../deployment.ts';
import type { Addresses } from '../dns/local-zone.ts';
import type { Effects } from './effects.ts';

/** What DNS says of where everything is, with what faults did to it. */
export const addressesOf = (book: AddressBook, effects: Effects): Addresses => ({
  proxyRecord: book.proxyRecord,
  apiRecord: (region) => {
    if (effects.isNameless(region)) return null;
    return effects.hasMoved(region) ? apiEndpoint(book, effects, region).address : book.apiRecord(region);
  },
});
