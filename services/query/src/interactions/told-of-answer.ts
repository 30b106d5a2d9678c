/** What an answer's OperationOutcome entry says of the answer itself (R4 search.html#errors). None of it depends on what is hidden. */
import { operationOutcome, type Issue, type OperationOutcome } from '@chartseal/fhir';

/** Undefined where there is nothing to say. */
export const toldOf = (issues: readonly Issue[]): OperationOutcome | undefined =>
  issues.length === 0 ? undefined : operationOutcome([...issues]);

const warning = (code: Issue['code'], diagnostics: string): readonly Issue[] => [
  { severity: 'warning', code, diagnostics },
];

/** `count` Binaries, of those that are shown. */
export const contentLeftOut = (count: number): readonly Issue[] =>
  count === 0
    ? []
    : warning(
        'too-long',
        'the content of some Binaries is left out, for it would be too much here: read them one by one',
      );

export const includesCut = (shown: 'all' | 'cut'): readonly Issue[] =>
  shown === 'all' ? [] : warning('too-costly', 'more is referenced than one page includes: ask for smaller pages');

/** Of the gateway's own Provenances, where a client asks for an order: it is that of the stored ones. */
export const madeComeFirst = (is: boolean): readonly Issue[] => {
  const diagnostics = 'the gateway’s own Provenances come before those that are stored, the newest version first';
  return is ? [{ severity: 'information', code: 'informational', diagnostics }] : [];
};

/** What a lenient client wrote in vain. */
export const ignoredWords = (issues: readonly Issue[]): readonly Issue[] =>
  issues.map(({ code, diagnostics = 'a parameter' }) => ({
    severity: 'warning',
    code,
    diagnostics: `ignored: ${diagnostics}`,
  }));
