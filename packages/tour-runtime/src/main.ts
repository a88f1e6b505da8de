import type { ScriptData } from '@isochrone/tours';
import { type Api, openApi } from './api.ts';
import { createSender } from './events.ts';
import { anyTime, createFrequency } from './frequency.ts';
import { guard, guardAsync } from './guard.ts';
import { createKeeper } from './kept.ts';
import { watchAddress } from './navigation.ts';
import { fetchPreview, leavePreview, previewToken } from './preview.ts';
import { readData } from './script-data.ts';
import { createStage } from './stage.ts';
import { matchesDomains } from './urls.ts';
import { createVisitor } from './visitor.ts';

/** Where this script came from; undefined for a copy within the page, which has nobody to report to. */
function originOfScript(): string | undefined {
  // Only known while the script itself runs.
  const script = document.currentScript;
  return script instanceof HTMLScriptElement && script.src ? new URL(script.src).origin : undefined;
}

function start(origin: string | undefined): void {
  const data = readData(isochroneData);
  const api = data && openApi(window);
  if (!api) return;
  const token = origin && previewToken(data.account);
  if (!token) {
    live(data, api, origin);
    return;
  }
  guardAsync('preview', async () => {
    const seen = await fetchPreview(origin, token).catch((error: unknown) => {
      leavePreview(data.account);
      live(data, api, origin);
      throw error;
    });
    const stage = createStage({
      data: seen,
      visitor: { traits: new Map(), id: () => undefined },
      frequency: anyTime,
      emit: api.emit,
    });
    api.connect({
      identify: () => undefined,
      consent: () => undefined,
      track: (event) => stage.track(String(event)),
      show: (tour) => stage.show(String(tour)),
      clear: () => leavePreview(data.account),
    });
    stage.show(seen.preview.tour);
  });
}

function live(data: ScriptData, api: Api, origin: string | undefined): void {
  const { account, environment } = data;
  let asked: boolean | undefined;
  const consent = (): boolean => asked ?? data.consent !== 'required';
  const key = ['isochrone', account, environment].filter(Boolean).join(':');
  const browser = createKeeper(() => localStorage, key, consent);
  const tab = createKeeper(() => sessionStorage, key, consent);
  const visitor = createVisitor(browser, consent);
  const sender = origin && createSender(data, origin, () => asked);
  const stage = createStage({
    data: { ...data, tours: matchesDomains(data.domains, location.hostname) ? data.tours : [] },
    visitor,
    frequency: createFrequency(data.frequencyCap, browser, tab),
    emit: (event) => {
      api.emit(event);
      // Global Privacy Control is a wish not to be followed around, whatever the page was told.
      if (sender && consent() && Reflect.get(navigator, 'globalPrivacyControl') !== true) sender.add(event);
    },
  });
  const forget = (): void => {
    for (const keeper of [browser, tab]) keeper.forget();
  };
  api.connect({
    identify: (user, traits) => {
      visitor.identify(user, traits);
      stage.reconsider();
    },
    track: (event) => stage.track(String(event)),
    show: (tour) => stage.show(String(tour)),
    consent: (given) => {
      asked = given === true;
      if (asked) {
        for (const keeper of [browser, tab]) keeper.save();
        stage.reconsider();
      } else {
        forget();
        if (sender) sender.drop();
      }
    },
    clear: () => {
      visitor.forget();
      forget();
    },
  });
  stage.enterPage();
  watchAddress(stage.enterPage);
}

/** Starts once the page is really being seen, and has a body; until then the loader's stub keeps the page's calls. */
function whenReady(action: () => void): void {
  const later = (target: string) =>
    document.addEventListener(target, () => guard('start', () => whenReady(action)), { once: true });
  if (Reflect.get(document, 'prerendering') === true) later('prerenderingchange');
  else if (document.readyState === 'loading') later('DOMContentLoaded');
  else action();
}

guard('start', () => {
  const origin = originOfScript();
  whenReady(() => start(origin));
});
