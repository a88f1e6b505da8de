import { fileURLToPath } from 'node:url';

/** Pages that nobody here wrote: a modern application, built by Vite, with a service worker. */
export const gentelella = fileURLToPath(new URL('./dist', import.meta.resolve('gentelella/package.json')));

/** And one of Bootstrap 4 and jQuery. */
export const sbAdmin = fileURLToPath(
  new URL('.', import.meta.resolve('startbootstrap-sb-admin-2/package.json')),
);
