/** A piece of driver.js: from one text, which must stand there exactly once, up to the next `to`. */
interface Cut {
  /** What the piece does, which the runtime does itself or not at all. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly instead: string;
}

/**
 * What is left is the overlay with its moving hole, and where a card stands beside its target. The rest would be
 * half of the runtime's budget for code that never runs, or that harms: texts written with innerHTML, keys that
 * change the step while somebody types, a focus trap that does not know shadow roots.
 */
const CUTS: readonly Cut[] = [
  {
    what: 'the methods for tours of several steps',
    from: 'let g={isActive:',
    to: 'highlight:e=>',
    instead: 'let g={refresh:()=>X(t),',
  },
  {
    what: 'moving on by click and key',
    from: ',t.listen(`overlayClick`,r)',
    to: ')}function d()',
    instead: '',
  },
  {
    what: 'the listeners for keys, clicks and scrolling',
    from: 'function ee(e){',
    to: 'function ne(){',
    instead:
      'function ee(e){let t=()=>X(e);e.setState(`__events`,t),window.addEventListener(`resize`,t)}' +
      'function te(e){window.removeEventListener(`resize`,e.getState(`__events`))}',
  },
  {
    what: 'texts and states of buttons',
    from: 'let{title:i,description:a,',
    to: 'let m=r.wrapper;',
    instead: '',
  },
  {
    what: 'clicks within the card',
    from: 'n(r.wrapper,e=>{let n=e.target;',
    to: 't.onRender?.(r)',
    instead: '',
  },
  {
    what: 'the first focus',
    from: 'let v=h([m,e]);return v.length>0&&',
    to: 'r}function S(',
    instead: 'return ',
  },
  {
    what: 'the elements within the card',
    from: 'let n=document.createElement(`header`)',
    to: 'function w(e){',
    instead: 'return e.appendChild(t),{wrapper:e,arrow:t}}',
  },
  {
    what: 'the order of steps, and their standard buttons',
    from: 'const P=`{{current}} of {{total}}`',
    to: 'function V(e,t,n){',
    instead: '',
  },
  {
    what: 'what buttons say and do',
    from: 'let r=n.popover||{},i=e.getState(`activeIndex`)',
    to: 'onRender:t=>{',
    instead:
      'let r=n.popover;return{popoverClass:e.getConfig(`popoverClass`),smoothScroll:e.getConfig(`smoothScroll`),',
  },
];

/**
 * The part of driver.js 1.8.0's module that `src/highlighter.ts` uses. Throws where the module is not the one that
 * these cuts were made for: then a person has to read it again.
 */
export function adaptDriver(source: string): string {
  let text = source;
  for (const { what, from, to, instead } of CUTS) {
    const parts = text.split(from);
    const [before, after] = parts;
    const end = after?.indexOf(to) ?? -1;
    if (parts.length !== 2 || before === undefined || after === undefined || end < 0) {
      throw new Error(
        `driver.js has ${parts.length - 1} of "${from}" before "${to}" (${what}), expected one`,
      );
    }
    text = before + instead + after.slice(end);
  }
  // What browsers call later is guarded as everything of ours is.
  const frames = text.split('window.requestAnimationFrame(');
  if (frames.length !== 4)
    throw new Error(`driver.js asks for frames ${frames.length - 1} times, expected 3`);
  return `import { guardFrame } from '${import.meta.dirname}/src/guard-frame.ts';${frames.join('guardFrame(')}`;
}
