export type { Cost, CostLine, Traffic } from './cost.ts';
export { type CheckChange, emptyDns, type RecordChange } from './dns-diff.ts';
export type { Danger, DangerCode } from './errors.ts';
export type { CityMove, Reach } from './movers.ts';
export { type Plan, type PlanOptions, planChange } from './plan.ts';
export { type Price, prices } from './prices.ts';
export { changesAnything, planAsMarkdown, planAsText } from './render.ts';
export { applyStep, type Phase, type Step } from './step.ts';
export type { Counts, Setting, Summary } from './summary.ts';
