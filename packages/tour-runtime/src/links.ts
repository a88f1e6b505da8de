/**
 * A link that leads to an https page, a mail or somewhere on the page's own site; undefined for anything else. The
 * publishing side has refused those already; a link is the one text that could do harm if it had not.
 */
export function followable(href: string, newTab = false): HTMLAnchorElement | undefined {
  const link = document.createElement('a');
  link.href = href;
  link.rel = 'noopener';
  if (newTab) link.target = '_blank';
  return /^(https|mailto):$/.test(link.protocol) || link.origin === location.origin ? link : undefined;
}
