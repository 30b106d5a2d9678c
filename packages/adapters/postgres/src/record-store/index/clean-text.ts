/** PostgreSQL's text takes neither NUL nor half a surrogate pair. */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');
