/**
 * R4 search.html#string: "insensitive to case and included combining characters, like accents". Compatibility forms are one, runs of white
 * space are one space.
 */
export const foldText = (value: string): string =>
  value
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .trim();
