import { fileURLToPath } from 'node:url';

const folderOf = (page: string, up: string): string => fileURLToPath(new URL(up, import.meta.resolve(page)));

/** Pages that nobody here wrote: a modern application, built by Vite, with a service worker. */
export const gentelella = folderOf('gentelella/package.json', './dist');

/** And one of Bootstrap 4 and jQuery. */
export const sbAdmin = folderOf('startbootstrap-sb-admin-2/package.json', '.');
