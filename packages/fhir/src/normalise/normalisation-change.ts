import type { Issue } from '../outcome/operation-outcome.ts';

/**
 * - `coding-added`, `identifier-added`: one by the canonical URL now stands beside the one by an alias.
 * - `alias-kept`: the element cannot repeat, so the alias stands alone.
 * - `unit-unknown`: a Quantity's code is none of UCUM's. Nothing was changed.
 */
export type Normalisation = 'coding-added' | 'identifier-added' | 'alias-kept' | 'unit-unknown';

export type NormalisationChange = {
  readonly what: Normalisation;
  /** FHIRPath of the element that was added, or that is in doubt. */
  readonly expression: string;
};

const told = {
  'coding-added': {
    severity: 'information',
    code: 'informational',
    diagnostics: 'was added: the same code by the canonical URL of its code system',
  },
  'identifier-added': {
    severity: 'information',
    code: 'informational',
    diagnostics: 'was added: the same identifier by the canonical URL of its system',
  },
  'alias-kept': {
    severity: 'information',
    code: 'informational',
    diagnostics: 'has a system by an alias, and cannot repeat: searches by the canonical URL do not find it',
  },
  'unit-unknown': {
    severity: 'warning',
    code: 'code-invalid',
    diagnostics: 'is not a code of UCUM: searches in other units do not find it',
  },
} as const satisfies Record<Normalisation, Issue>;

/** What to tell the client, without content. */
export const normalisationIssues = (changes: readonly NormalisationChange[]): readonly Issue[] =>
  changes.map(({ what, expression }) => ({ ...told[what], expression }));
