/**
 * R4 search.html#string: "insensitive to casing and included combining characters, like accents". Compatibility forms are one, runs of white
 * space are one space.
 */
export const foldText = (value: string): string =>
  value
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    // By way of upper case: ß is ss, and ı is i. A sigma at the end of a word is one within it.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/\s+/g, ' ')
    .trim();
