/**
 * Why a request must not be served, or `undefined`. The operator of the local cloud is an administrator, and any page in
 * their browser can send requests to 127.0.0.1: so the Host must be this machine (else it is DNS rebinding), and what a
 * page of another origin sends is refused. Clients that are no browsers send neither `Origin` nor `Sec-Fetch-Site`.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function refusalOfBrowsers(headers: Readonly<Record<string, string>>): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = headers;
  if (host === undefined || !isLoopback(host))
    return `The local cloud serves requests to 127.0.0.1 and localhost only, not to the host "${host ?? ''}".`;
  if (origin !== undefined) {
    const from = URL.canParse(origin) ? new URL(origin).host : '';
    return isLoopback(from) ? undefined : `The local cloud serves no web page of another origin (Origin: ${origin}).`;
  }
  // Images, forms and frames of a page carry no Origin.
  if (site === 'cross-site')
    return 'The local cloud serves no web page of another origin (Sec-Fetch-Site: cross-site).';
  return undefined;
}

/** Whether a Host header names this machine; `localhost` and all names under it do. https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
