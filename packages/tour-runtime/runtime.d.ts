/** The built runtime's text: bundlers load `dist/runtime.js` as text, nothing runs it in Node. */
declare const runtime: string;
export default runtime;
