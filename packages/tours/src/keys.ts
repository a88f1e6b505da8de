// No import here: the delivery function takes these without the schema and its library.

/** An account key, as it stands in `/{account}.js`: 2 to 63 of a-z, 0-9 and `-`, not beginning with `-`. */
export const accountKeyPattern = /^[a-z0-9][a-z0-9-]{1,62}$/;

/** A tour's id: `tour_` and a ULID (Crockford's base 32: no I, L, O, U). */
export const tourIdPattern = /^tour_[0-9A-HJKMNP-TV-Z]{26}$/;

/** An environment's key, as it stands in `/{account}/{environment}.js`. */
export const environmentKeyPattern = /^[a-z][a-z0-9-]{0,31}$/;

/** The environment of `/{account}.js`; every account has it. */
export const defaultEnvironment = 'production';
