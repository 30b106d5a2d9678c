/** Holes in one place only: a rule that holds everywhere else is broken there, and has to be seen there. */
import type { Mutation } from './mutation.ts';

const query = 'services/query/src';
const rules = 'test/leaks/rules.test.ts';
const leaks = 'test/leaks/leaks.test.ts';
const others = `${query}/other-reads.test.ts`;

export const narrowMutations: readonly Mutation[] = [
  {
    rule: 'C7',
    hole: 'whoever has the id of a Provenance reads it',
    edits: [
      {
        file: `${query}/provenance/read-provenance.ts`,
        from: "if (examined.effect === 'deny') return denied(interaction, named, examined.decision);",
        to: "if (examined.effect === 'deny') return { kind: 'answer', answer: (await import('../release/answer.ts')).publicAnswer({ about: examined.decision.key }), trail: [] };",
      },
    ],
    shownBy: { file: rules, tests: 'C7' },
  },
  {
    rule: 'C8',
    hole: 'what was redacted has a Provenance',
    edits: [
      {
        file: `${query}/provenance/provenance-of.ts`,
        from: "if (released.form !== 'whole') return undefined;",
        to: '',
      },
      {
        file: `${query}/release/released.ts`,
        from: "if (of.form !== 'whole') throw new",
        to: "if (of.form === ('never' as string)) throw new",
      },
      {
        file: `${query}/release/proof-answer.ts`,
        from: "if (released.form !== 'whole')",
        to: "if (released.form === ('never' as string))",
      },
    ],
    shownBy: { file: rules, tests: 'C8' },
  },
  {
    rule: 'C2',
    hole: 'a page link serves for ever',
    edits: [
      {
        file: `${query}/paging/page-token.ts`,
        from: 'currentDate: new Date(clock.wallMs()),',
        to: 'currentDate: new Date(0),',
      },
    ],
    shownBy: { file: `${query}/other-searches.test.ts`, tests: '.*C2 a link' },
  },
  {
    rule: 'C2',
    hole: 'a page link serves any search',
    edits: [
      {
        file: `${query}/paging/page-token.ts`,
        from: 'if (continuation.interaction === interaction) return continuation;',
        to: 'if (interaction !== undefined) return continuation;',
      },
    ],
    shownBy: { file: rules, tests: 'C2' },
  },
  {
    rule: 'C3',
    hole: 'what is redacted still finds',
    edits: [
      {
        file: `${query}/interactions/search/visible-matches.ts`,
        from: "if (released.form === 'whole' && !looksFurther) return true;",
        to: 'if (!looksFurther) return true;',
      },
    ],
    shownBy: { file: leaks, tests: 'C3' },
  },
  {
    rule: 'C4',
    hole: 'others are told how many versions there are',
    edits: [
      {
        file: `${query}/interactions/history.ts`,
        from: "total: principal.kind === 'own' && asked.words.total",
        to: 'total: asked.words.total',
      },
    ],
    shownBy: { file: rules, tests: 'C4' },
  },
  {
    rule: 'C7',
    hole: 'what was deleted is said to be gone',
    edits: [
      {
        file: `${query}/interactions/named-record.ts`,
        from: `  if (version === undefined) return missing(interaction, named);
  const [examined]`,
        to: `  if (version === undefined) return missing(interaction, named);
  if (version.state === 'deleted')
    return { ...missing(interaction, named), error: (deleted(interaction, {} as never) as never as { error: never }).error } as never;
  const [examined]`,
      },
    ],
    shownBy: { file: leaks, tests: 'C7 .*GET Observation/.id./? ' },
  },
  {
    rule: 'C8',
    hole: 'a narrative says it in words',
    edits: [
      {
        file: `${query}/release/redact-references.ts`,
        from: "if (withheld.narrative === 'withheld' && hasNarrative(resource)) {",
        to: "if (withheld.narrative === ('never' as string) && hasNarrative(resource)) {",
      },
    ],
    shownBy: { file: rules, tests: 'C8' },
  },
  {
    rule: 'C8',
    hole: 'an identifier alone names him',
    edits: [
      {
        file: `${query}/release/redact-references.ts`,
        from: 'return identifier !== undefined && logical.has(logicalName(identifier));',
        to: "return identifier !== undefined && logical.has('');",
      },
    ],
    shownBy: { file: rules, tests: 'C8' },
  },
  {
    rule: 'C8',
    hole: 'what is redacted does not say so',
    edits: [
      {
        file: `${query}/release/released.ts`,
        from: "if (form === 'subsetted') addLabels(value, 'tag', [subsetted]);",
        to: '',
      },
    ],
    shownBy: { file: rules, tests: 'C8' },
  },
  {
    rule: 'C10',
    hole: 'the directory may move meanwhile',
    edits: [
      {
        file: `${query}/decide/other-decisions.ts`,
        from: "if (this.#deps.ledgerView.directoryChangedAt !== this.#directory) return 'moved';",
        to: '',
      },
    ],
    shownBy: { file: others, tests: 'another organisation reads C10' },
  },
  {
    rule: 'C11',
    hole: 'freshness is seen to after the look-up',
    edits: [
      { file: `${query}/decide/gatekeeper.ts`, from: 'await deps.freshness.ensureFresh();', to: '' },
      {
        file: `${query}/interactions/disclose.ts`,
        from: 'const outcome = await run(decisions);',
        to: `const outcome = await run(decisions);
    if (principal.kind !== 'own') await deps.freshness.ensureFresh();`,
      },
    ],
    shownBy: { file: others, tests: 'another organisation reads C11' },
  },
  {
    rule: 'C12',
    hole: 'decisions are kept from one answer to the next',
    edits: [
      {
        file: `${query}/decide/other-decisions.ts`,
        from: 'return this.#decided.of(name, async () => this.#decideOnce(version, depth));',
        to: `const all = ((globalThis as { kept?: Map<string, Promise<Decided>> }).kept ??= new Map());
    const made = all.get(name) ?? this.#decideOnce(version, depth);
    all.set(name, made);
    return made;`,
      },
    ],
    shownBy: { file: rules, tests: 'C12' },
  },
  {
    rule: 'C12',
    hole: 'caches between may keep what was shown',
    edits: [
      {
        file: 'packages/server/src/http/begin.ts',
        from: "'Cache-Control': 'no-store',",
        to: "'Cache-Control': 'max-age=600',",
      },
    ],
    shownBy: { file: rules, tests: 'C12' },
  },
  {
    rule: 'C13',
    hole: 'the trail tells of one patient of several',
    edits: [
      {
        file: `${query}/audit/access-event.ts`,
        from: 'return [...byPatient].map(',
        to: 'return [...byPatient].slice(0, 1).map(',
      },
    ],
    shownBy: { file: rules, tests: 'C13' },
  },
  {
    rule: 'C13',
    hole: 'the trail does not say what was shown',
    edits: [{ file: `${query}/audit/decision-extension.ts`, from: '...decisions.map(versionPart),', to: '' }],
    shownBy: { file: rules, tests: 'C13' },
  },
];
