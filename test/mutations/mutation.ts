/** One deliberate hole: what of the product's source is replaced while it is loaded, and which test has to notice. */
export type Mutation = {
  /** Of consent-semantics. */
  readonly rule: `${'A' | 'B' | 'C'}${number}`;
  /** What the gateway does wrong then. */
  readonly hole: string;
  readonly edits: readonly Edit[];
  /** A test file, and how the names of its tests begin that show this rule. */
  readonly shownBy: { readonly file: string; readonly tests: string };
};

/** `from` stands exactly once in the file, or the mutation has rotted. Paths are relative to the repository. */
export type Edit = { readonly file: string; readonly from: string; readonly to: string };

/** Applies those edits that are for this file. @throws Error for one whose text is not there exactly once */
export const mutate = (file: string, source: string, edits: readonly Edit[]): string =>
  edits
    .filter((edit) => edit.file === file)
    .reduce((text, { from, to }) => {
      if (text.split(from).length !== 2) throw new Error(`this is not exactly once in ${file}: ${from}`);
      return text.replace(from, () => to);
    }, source);
