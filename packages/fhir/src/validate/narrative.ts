/**
 * Narrative, https://hl7.org/fhir/R4/narrative.html#xhtml: formatting and nothing that acts. Whoever shows records puts this text into pages
 * of its own, so a script in it would run there.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** HTML 4.0, chapters 7 to 11 (but for 9.4) and 15, with links and images. */
const elements = words(
  'a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ' +
    'ol p pre q s samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var map area',
);

const attributes = words(
  'abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff cite class colspan compact coords dir frame ' +
    'headers height href hreflang hspace id lang longdesc name noshade nowrap rowspan rules scope shape size span src start style ' +
    'summary tabindex title type usemap valign value vspace width xml:lang xmlns',
);

/** Sticky: a tag begins where the last text ended. Each name is followed by `=`, so that nothing is tried twice. */
const tag = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attribute = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** What control characters and entities within could hide is not looked through: such a link is refused. */
const isHarmlessLink = (url: string): boolean =>
  /^\s*(https?:|mailto:|tel:|urn:|ftp:|data:\s*image\/(png|jpeg|gif)[;,]|cid:|[#/.?])/i.test(url) ||
  /^[^:&]*$/.test(url.trim());

const harmfulAttribute = (text: string): boolean => {
  for (const [, name = '', double, single] of text.matchAll(attribute)) {
    if (!attributes.has(name.toLowerCase()) && !name.toLowerCase().startsWith('xmlns:')) return true;
    const isLink = name.toLowerCase() === 'href' || name.toLowerCase() === 'src';
    if (isLink && !isHarmlessLink(double ?? single ?? '')) return true;
  }
  return false;
};

const formatting =
  'txt-1: The narrative SHALL contain only the basic html formatting elements and attributes, well-formed';

/** Where the next tag begins after the comment here, or -1. */
const afterComment = (text: string, at: number): number => {
  const end = text.indexOf('-->', at + 4);
  return end === -1 ? -1 : end + 3;
};

/** Undefined where it may stand; else the invariant that it breaks. In one pass: a record may be of 50 MB. */
export const narrativeFault = (div: string): string | undefined => {
  const open: string[] = [];
  let at = 0;
  while (at < div.length) {
    const next = div.indexOf('<', at);
    const text = div.slice(at, next === -1 ? div.length : next).trim();
    if (text !== '' && open.length === 0) return formatting;
    if (next === -1) break;
    if (div.startsWith('<!--', next)) {
      at = afterComment(div, next);
      if (at === -1) return formatting;
      continue;
    }
    tag.lastIndex = next;
    const [whole, end, name = '', given = '', empty] = tag.exec(div) ?? [];
    if (whole === undefined || !elements.has(name.toLowerCase()) || harmfulAttribute(given)) return formatting;
    if (end === '/' && open.pop() !== name) return formatting;
    if (end === '' && empty === '') open.push(name);
    at = next + whole.length;
  }
  return open.length > 0 ? formatting : undefined;
};
