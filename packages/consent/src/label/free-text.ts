/** Consent-semantics B10: contents that no code tells of. */

type JsonObject = Readonly<Record<string, unknown>>;

/** Elements of type Attachment in R4 resources and data types, choices and extensions included. */
const attachments: ReadonlySet<string> = new Set(
  'attachment presentedForm contentAttachment valueAttachment sourceAttachment photo content document'.split(' '),
);

/** A portrait is no text; anything else in an Attachment, a scan too, may be one. */
const isPortrait = (name: string, { contentType }: JsonObject): boolean =>
  name === 'photo' && typeof contentType === 'string' && contentType.startsWith('image/');

const isAttachment = (name: string, value: JsonObject): boolean =>
  attachments.has(name) &&
  (typeof value['data'] === 'string' || typeof value['url'] === 'string') &&
  !isPortrait(name, value);

/**
 * Whether a resource, or one contained in it or in its entries, is a Binary or has an Attachment with content, inline or by URL:
 * Attachment.data, DiagnosticReport.presentedForm, DocumentReference.content, Communication.payload, Media.content.
 */
export const holdsFreeText = (resource: unknown): boolean => {
  const open: { readonly value: unknown; readonly name: string }[] = [{ value: resource, name: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, name } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) open.push({ value: item, name });
      continue;
    }
    const object = value as JsonObject;
    if (object['resourceType'] === 'Binary' || isAttachment(name, object)) return true;
    for (const [member, content] of Object.entries(object)) open.push({ value: content, name: member });
  }
  return false;
};
