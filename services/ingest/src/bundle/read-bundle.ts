/**
 * A Bundle as it came. Of a large one the bytes are held, and each entry's resource is read from them whenever it is asked for: as values, a
 * Bundle of 50 MiB takes several times that.
 */
import { defaultJsonLimits, JsonError, NumberSpelling, parseJson } from '@chartseal/fhir';
import { utf8 } from '@chartseal/server';
import { malformedJson, readResource, type Incoming } from '../intake.ts';
import { breathing } from './breath.ts';
import { findResources, type Range } from './find-resources.ts';

/** Smaller ones are read at once. */
const heldBytes = 1024 * 1024;

/** Those around an entry's resource. */
const outerDepth = 3;
const limits = { maxDepth: defaultJsonLimits.maxDepth - outerDepth };

/**
 * `entry[i].resource` of a large one is an accessor that reads it anew each time, and is not enumerated: change what it answered, not the entry.
 * @throws ChartsealError `malformed`: nothing of it was looked at yet
 */
export const readBundle = async (body: Buffer): Promise<Incoming> => {
  const ranges = body.length < heldBytes ? [] : findResources(body);
  if (ranges.length === 0) return readResource(utf8(body));
  const read = readResource(utf8(without(body, ranges)));
  const { entry: entries } = read.resource;
  if (!Array.isArray(entries)) return readResource(utf8(body));
  const breath = breathing();
  for (const range of ranges) {
    const entry: unknown = entries[range.entry];
    if (typeof entry !== 'object' || entry === null) return readResource(utf8(body));
    const get = (): unknown => readPart(body, range, read.numbers);
    // What is not JSON is told of before anything is done.
    readPart(body, range, new NumberSpelling());
    Object.defineProperty(entry, 'resource', { get, enumerable: false, configurable: true });
    await breath();
  }
  return read;
};

/** Whether a resource of it is read anew each time. */
export const isHeld = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && Object.getOwnPropertyDescriptor(raw, 'resource')?.get !== undefined;

const nothing = Buffer.from('null');

/** The text with `null` in place of each resource: it is JSON, and so is each resource, exactly if the whole is. */
const without = (body: Buffer, ranges: readonly Range[]): Buffer => {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    parts.push(body.subarray(at, start), nothing);
    at = end;
  }
  return Buffer.concat([...parts, body.subarray(at)]);
};

const readPart = (body: Buffer, { start, end, entry }: Range, numbers: NumberSpelling): unknown => {
  try {
    return parseJson(utf8(body.subarray(start, end)), limits, numbers).value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const inside = error.path.replace(/^[A-Z][A-Za-z]*(?=[.[]|$)\.?/, '');
    const dot = inside === '' || inside.startsWith('[') ? '' : '.';
    throw malformedJson(error, `Bundle.entry[${entry}].resource${dot}${inside}`);
  }
};
