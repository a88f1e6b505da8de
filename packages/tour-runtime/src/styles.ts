import driverCss from 'driver.js/dist/driver.css';
import themeCss from './theme.css';

const CSS = driverCss + themeCss;

let sheet: CSSStyleSheet | undefined;

/**
 * Styles the document. A constructed sheet needs no `style-src` in the page's policy; a style element, which does,
 * is for browsers that lack those. Called before each step, as a page may replace its sheets.
 */
export function adoptStyles(): void {
  if (!('adoptedStyleSheets' in document) || !('replaceSync' in CSSStyleSheet.prototype)) {
    addStyleElement();
    return;
  }
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  if (!document.adoptedStyleSheets.includes(sheet)) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
}

function addStyleElement(): void {
  const id = 'isochrone-styles';
  if (document.getElementById(id)) return;
  const element = document.createElement('style');
  element.id = id;
  element.textContent = CSS;
  document.head.append(element);
}
