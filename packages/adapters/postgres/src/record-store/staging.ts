import { ChartsealError } from '@chartseal/ports';
import type { CurrentVersion, Draft, LogName, RecordKey, SealedVersion, StoredVersion } from '@chartseal/ports';

export type StagedVersion = { readonly stored: StoredVersion; readonly sealed: SealedVersion; readonly time: number };

/** A record as a transaction found or makes it. `id` is undefined until a new one is given its identity. */
export type Slot = {
  readonly key: RecordKey;
  readonly handle: string;
  /** Undefined: new. */
  readonly id: number | undefined;
  readonly versionId: number;
  readonly state: 'content' | 'deleted';
  readonly lastUpdated: number;
  readonly log: LogName;
  readonly versions: readonly StagedVersion[];
};

export const nameOf = ({ resourceType, id }: RecordKey): string => `${resourceType}/${id}`;

export type StagingSources = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newHandle: () => string;
};

/** Milliseconds of sealing after which others get a turn. */
const turnMs = 10;

type Content =
  | { readonly kind: 'staged'; readonly text: string }
  | { readonly kind: 'stored'; readonly record: number; readonly versionId: number };

/** What a transaction is about to write. Each unit stages on a layer of its own, so that one that is refused leaves none. */
export class Staging {
  readonly slots: Map<string, Slot>;
  readonly #sources: StagingSources;

  constructor(found: Iterable<Slot>, sources: StagingSources) {
    this.slots = new Map([...found].map((slot) => [nameOf(slot.key), slot]));
    this.#sources = sources;
  }

  current(key: RecordKey): CurrentVersion | undefined {
    const slot = this.slots.get(nameOf(key));
    return slot && { versionId: slot.versionId, state: slot.state, handle: slot.handle, log: slot.log };
  }

  /** Where the content of the current version is; undefined where there is none. */
  content(key: RecordKey): Content | undefined {
    const slot = this.slots.get(nameOf(key));
    const staged = slot?.versions.at(-1);
    if (staged !== undefined) return { kind: 'staged', text: staged.stored.content };
    return slot?.id === undefined ? undefined : { kind: 'stored', record: slot.id, versionId: slot.versionId };
  }

  /** All drafts of a unit, or, if sealing one throws, none. `pause`: between thousands of them. */
  async stage(drafts: readonly Draft[], pause: () => Promise<void>): Promise<readonly StoredVersion[]> {
    const layer = new Map<string, Slot>();
    const stored: StoredVersion[] = [];
    let since = performance.now();
    for (const draft of drafts) {
      const name = nameOf(draft);
      const slot = this.#seal(draft, layer.get(name) ?? this.slots.get(name));
      layer.set(name, slot);
      stored.push(...slot.versions.slice(-1).map((version) => version.stored));
      // Thousands take seconds, and others have work to do.
      if (performance.now() - since < turnMs) continue;
      await pause();
      since = performance.now();
    }
    for (const [name, slot] of layer) this.slots.set(name, slot);
    return stored;
  }

  #seal(draft: Draft, before: Slot | undefined): Slot {
    const time = Math.max(this.#sources.now(), before?.lastUpdated ?? 0);
    const position = {
      versionId: (before?.versionId ?? 0) + 1,
      lastUpdated: new Date(time).toISOString(),
      handle: before?.handle ?? this.#sources.newHandle(),
    };
    const sealed = draft.seal(position);
    if (before !== undefined && before.log !== sealed.log)
      throw new ChartsealError('internal', 'a record stays in the log that it is in');
    const key = { resourceType: draft.resourceType, id: draft.id };
    const state = draft.kind === 'deletion' ? 'deleted' : 'content';
    const { content, commitmentKey, commitment, log } = sealed;
    const stored: StoredVersion = { ...key, ...position, state, content, commitmentKey, commitment, log };
    const versions = [...(before?.versions ?? []), { stored, sealed, time }];
    return {
      key,
      handle: position.handle,
      id: before?.id,
      versionId: position.versionId,
      state,
      lastUpdated: time,
      log,
      versions,
    };
  }
}
