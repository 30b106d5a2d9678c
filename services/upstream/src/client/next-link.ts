import { UpstreamError } from './upstream-error.ts';

const lead = (baseUrl: string, link: string): URL | undefined =>
  URL.canParse(link, `${baseUrl}/`) ? new URL(link, `${baseUrl}/`) : undefined;

/**
 * Where a link of the upstream leads, if it leads to the upstream. Whoever writes its answers must not make this gateway, which stands inside the
 * hospital and holds a token, ask anybody else (server-side request forgery).
 * @throws UpstreamError `foreign-link`
 */
export const linkWithin = (baseUrl: string, link: string): string => {
  const url = lead(baseUrl, link);
  if (url === undefined || url.origin !== new URL(baseUrl).origin || url.username !== '' || url.password !== '')
    throw new UpstreamError('foreign-link', 'the upstream’s next page has another origin than UPSTREAM_BASE_URL');
  return url.href;
};
