/** Continuation links (C2): RFC 7516 JWE, compact, `dir` with A256GCM. Holding one proves nothing: each page is decided anew. */
import { ChartsealError, type HistoryCursor, type KeyVault, type SearchCursor } from '@chartseal/ports';
import type { Clock } from '@chartseal/server';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';

/** Among the versions of records that a search names: in which of these, counted from 0, and below which version. */
export type NamedVersionsCursor = { readonly named: number; readonly below: number };

/** Where a page stopped. */
export type Cursor = SearchCursor | HistoryCursor | NamedVersionsCursor;

/** What a page goes on with: the interaction's own words and where it stopped. */
type Continuation<Place extends Cursor = Cursor> = {
  readonly interaction: string;
  readonly parameters: readonly (readonly [string, string])[];
  readonly after: Place;
};

export type PageTokens = {
  seal(clientId: string, continuation: Continuation): Promise<string>;
  /** @throws ChartsealError `malformed` for one that is not ours, was given to another client, or has expired. */
  open<Place extends Cursor>(clientId: string, interaction: string, token: string): Promise<Continuation<Place>>;
};

const lifetimeSeconds = 600;

export const createPageTokens = (vault: Pick<KeyVault, 'secret'>, clock: Clock): PageTokens => ({
  async seal(clientId, continuation) {
    const now = Math.floor(clock.wallMs() / 1000);
    return new EncryptJWT({ ...continuation })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(clientId)
      .setExpirationTime(now + lifetimeSeconds)
      .encrypt(await vault.secret('page-tokens'));
  },

  async open<Place extends Cursor>(clientId: string, interaction: string, token: string) {
    try {
      const { payload } = await jwtDecrypt(token, await vault.secret('page-tokens'), {
        audience: clientId,
        currentDate: new Date(clock.wallMs()),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp'],
      });
      // What decrypts was written by `seal`; the interaction is compared so that a token continues only its own request,
      // whose places are of one kind.
      const continuation = payload as unknown as Continuation<Place>;
      if (continuation.interaction === interaction) return continuation;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new ChartsealError('malformed', 'the page link is not valid or has expired', {
      issues: [
        { code: 'expired', expression: '_page', diagnostics: 'not valid here, or expired: start the search again' },
      ],
    });
  },
});
