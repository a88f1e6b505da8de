import { type Topology, waveOrder } from '@isochrone/topology';
import { banner } from './banner.ts';
import type { GeneratedFile } from './generate.ts';

/** Where GitHub looks for workflows. */
export const workflowPlaces = ['.github/workflows'] as const;

interface Deploy {
  readonly app: 'tour-lambda' | 'edge-proxy' | 'infra';
  /** What makes a deploy worth it. */
  readonly paths: readonly string[];
  /** What takes a wave back whose doctor finds errors; nothing where going back is another deploy. */
  readonly undo?: string;
}

const deploys: readonly Deploy[] = [
  {
    app: 'tour-lambda',
    paths: ['apps/tour-lambda/**', 'packages/tour-runtime/**', 'packages/tours/**', 'packages/topology/**'],
    undo: './isochrone rollback',
  },
  { app: 'edge-proxy', paths: ['apps/edge-proxy/**', 'packages/config-gen/**', 'packages/topology/**'] },
  { app: 'infra', paths: ['apps/infra/**', 'packages/topology/**'] },
];

/**
 * GitHub Actions that check every change, and deploy each app in two waves: the canary region, and the others when
 * the doctor finds no errors. Credentials come by OpenID Connect, for the role that the variable AWS_DEPLOY_ROLE names.
 *
 * @param source the topology's file, relative to the root
 */
export function workflows(topology: Topology, source: string): readonly GeneratedFile[] {
  const file = (name: string, lines: readonly string[]): GeneratedFile => ({
    path: `.github/workflows/${name}.yaml`,
    content: `# ${banner(source)}\n${lines.join('\n')}\n`,
  });
  return [
    file('ci', ci(source)),
    ...deploys.map((deploy) => file(`deploy-${deploy.app}`, deployment(topology, source, deploy))),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** What GitHub fills in. */
const expression = (text: string): string => `\${{ ${text} }}`;

const PREPARE = [
  '      - uses: actions/checkout@v4',
  '        with: { fetch-depth: 0 }',
  '      - uses: actions/setup-node@v4',
  '        with: { node-version-file: .node-version }',
  '      - run: npm run setup',
];

function ci(source: string): readonly string[] {
  return [
    'name: ci',
    'on:',
    '  pull_request:',
    '  push: { branches: [main] }',
    'permissions: { contents: read }',
    `concurrency: { group: "ci-${expression('github.ref')}", cancel-in-progress: true }`,
    'jobs:',
    '  test:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 45',
    '    steps:',
    '      - uses: actions/checkout@v4',
    '      - uses: actions/setup-node@v4',
    '        with: { node-version-file: .node-version }',
    '      - run: .ci/run',
    '  plan:',
    "    if: github.event_name == 'pull_request'",
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 10',
    '    steps:',
    ...PREPARE,
    '      - name: Say what the change of the topology takes',
    `        env: { BASE: "origin/${expression('github.base_ref')}" }`,
    '        run: |',
    '          code=0',
    `          ./isochrone plan --from "$BASE" --to ${source} --markdown >>"$GITHUB_STEP_SUMMARY" || code=$?`,
    '          # 2 says that something changes; 3 that it is refused.',
    '          [ "$code" = 0 ] || [ "$code" = 2 ]',
  ];
}

function deployment(topology: Topology, source: string, deploy: Deploy): readonly string[] {
  const { app, paths } = deploy;
  const [canary = topology.home, ...rest] = waveOrder(topology);
  return [
    `name: deploy-${app}`,
    'on:',
    '  workflow_dispatch:',
    '  push:',
    '    branches: [main]',
    '    paths:',
    ...[...paths, source].map((path) => `      - ${path}`),
    'permissions: { contents: read, id-token: write }',
    '# A deploy that is cut off leaves regions that differ.',
    `concurrency: { group: deploy-${app}, cancel-in-progress: false }`,
    'jobs:',
    ...wave('canary', [canary], source, deploy),
    ...(rest.length === 0 ? [] : wave('rest', rest, source, deploy)),
  ];
}

function wave(
  name: 'canary' | 'rest',
  regions: readonly string[],
  source: string,
  { app, undo }: Deploy,
): readonly string[] {
  return [
    `  ${name}:`,
    `    name: "${name}: ${regions.join(', ')}"`,
    ...(name === 'rest' ? ['    needs: canary'] : []),
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 120',
    '    environment: production',
    '    steps:',
    ...PREPARE,
    '      - uses: aws-actions/configure-aws-credentials@v4',
    '        with:',
    `          role-to-assume: ${expression('vars.AWS_DEPLOY_ROLE')}`,
    `          aws-region: ${regions[0]}`,
    `      - run: npm run deploy -- --app ${app} --wave ${name} --topology ${source}`,
    '      - name: Verify',
    '        id: verify',
    // The canary alone has the new bundle.
    `        run: ./isochrone doctor --topology ${source}${name === 'canary' ? ' --ignore bundle-differs' : ''}`,
    ...(undo === undefined
      ? []
      : [
          '      - name: Take the wave back',
          "        if: failure() && steps.verify.outcome == 'failure'",
          `        run: ${undo} --wave ${name} --topology ${source}`,
        ]),
  ];
}
