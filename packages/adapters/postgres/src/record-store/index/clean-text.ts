/** PostgreSQL's text takes neither NUL nor half a surrogate pair. */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

/** How many characters an index holds: at four bytes each they fit. */
const indexed = 400;

/** Its first characters, as PostgreSQL counts them: by code points. */
export const headOf = (text: string): string =>
  text.length <= indexed
    ? text
    : Array.from(text.slice(0, 2 * indexed))
        .slice(0, indexed)
        .join('');
