import { pageOf } from './fixtures.ts';

/**
 * A single-page application with what makes tours fail: routes that render late, lists that are rendered anew, panes that
 * scroll by themselves, a stacking context, a modal dialog.
 */
export const spa = (before = ''): string =>
  pageOf(`${before}
<style>
  #app { padding: 16px; }
  #pane { height: 200px; width: 300px; overflow: auto; border: 1px solid; }
  #pane div { height: 900px; }
  #stack { position: relative; z-index: 5; transform: translateZ(0); overflow: hidden; padding: 8px; }
  .moving { transition: margin-left 0.6s; }
</style>
<nav><a href="/" id="to-home">Home</a> <a href="/reports" id="to-reports">Reports</a></nav>
<main id="app"></main>
<dialog id="dialog"><p>Sure?</p><button id="sure">Yes</button></dialog>
<script>
  const routes = {
    '/': '<h1>Home</h1><div id="stack"><button id="save">Save</button></div>' +
      '<div id="pane"><div></div><button id="deep">Deep in the pane</button><div></div></div>' +
      '<label>Name <input id="name"></label>',
    '/reports': '<h1>Reports</h1><button id="export">Export</button><button id="save">Save</button>',
  };
  const render = () => { document.querySelector('#app').innerHTML = routes[location.pathname] || '<h1>Not found</h1>'; };
  const go = (path, ms = 0) => { history.pushState({}, '', path); ms ? setTimeout(render, ms) : render(); };
  for (const link of document.querySelectorAll('nav a')) {
    link.addEventListener('click', (event) => { event.preventDefault(); go(link.pathname, 300); });
  }
  addEventListener('popstate', render);
  render();
</script>`);
