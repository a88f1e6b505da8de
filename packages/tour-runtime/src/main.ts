import { openApi } from './api.ts';
import { guard } from './guard.ts';
import { readData } from './script-data.ts';
import { createShowings } from './showings.ts';
import { createStage } from './stage.ts';

function start(): void {
  const data = readData(isochroneData);
  const api = data && openApi(window);
  if (!api) return;
  const stage = createStage(data, createShowings(data.account), api.emit);
  api.connect({ show: stage.show });
  stage.startByPage();
}

// An async script may run before the body exists; until then the loader's stub keeps the page's calls.
guard('start', () => {
  if (document.readyState !== 'loading') start();
  else document.addEventListener('DOMContentLoaded', () => guard('start', start), { once: true });
});
