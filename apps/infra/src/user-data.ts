import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderServersScript, serverStateFile } from '@isochrone/config-gen';
import type { Engine } from '@isochrone/topology';

/** What the scripts of one edge know; each becomes a shell variable of the same meaning. */
export interface UserDataSettings {
  readonly engine: Engine;
  readonly region: string;
  /** `proxyN-R-S.D`, the name in the certificate that `/healthz` is asked under. */
  readonly hostname: string;
  /** Its first label: the dimension of its metrics. */
  readonly instance: string;
  /** Name of the parameter whose value is the URL of the manifest in S3. */
  readonly releaseParameter: string;
  readonly certificateSecret: string;
  readonly allocationId: string;
  readonly group: string;
  /** The stack that waits for this machine, and the group's logical id in it. */
  readonly stack: string;
  readonly resource: string;
  readonly logGroup: string;
  /** Seconds of service after the group decided to take the machine out. */
  readonly drain: number;
  readonly adminSocket: string;
  /** Where the engine listens, from this machine. */
  readonly healthAddress: string;
  readonly node: NodeArchive;
  /** `bootTimeouts` where absent. */
  readonly timeouts?: BootTimeouts;
}

/** Node as the npm registry has it: an archive whose member `package/bin/node` is the program. */
export interface NodeArchive {
  readonly url: string;
  /** Hex. */
  readonly sha512: string;
}

const scripts = join(import.meta.dirname, '../user-data');
const read = (file: string): string => readFileSync(join(scripts, file), 'utf8');

/** Seconds: until a release and a certificate are there, until `/healthz` is well, until a started engine answers at all. */
export interface BootTimeouts {
  readonly release: number;
  readonly health: number;
  readonly start: number;
}

/** Together below the time that the stack waits. */
export const bootTimeouts: BootTimeouts = { release: 900, health: 180, start: 20 };

/**
 * The user data of one edge: its settings, its scripts and units as files, then `boot.sh`. Pure but for reading the
 * scripts that stand beside the sources; what has to change while the machine runs is in its release instead.
 */
export function renderUserData(settings: UserDataSettings): string {
  return [
    read('preamble.sh'),
    file('/etc/default/isochrone-edge', settingsText(settings)),
    file('/etc/isochrone-logs.json', logsText(settings)),
    file('/etc/logrotate.d/isochrone', read('logrotate')),
    file('/etc/systemd/system/isochrone-edge.service', read(`${settings.engine}.service`)),
    file('/etc/systemd/system/isochrone-pull.service', read('pull.service')),
    file('/etc/systemd/system/isochrone-pull.timer', read('pull.timer')),
    file('/etc/systemd/system/isochrone-leave.service', read('leave.service')),
    file(COMMON, read('common.sh')),
    file('/usr/local/sbin/isochrone-pull', program('pull.sh')),
    file('/usr/local/sbin/isochrone-leave', program('leave.sh')),
    ...(settings.engine === 'haproxy'
      ? [
          file('/etc/systemd/system/isochrone-edge.socket', read('haproxy.socket')),
          file('/usr/local/sbin/isochrone-servers', serversScript(settings)),
        ]
      : []),
    'chmod 755 "$root"/usr/local/sbin/isochrone-*',
    WITH_COMMON,
    read('boot.sh'),
  ].join('\n');
}

const COMMON = '/usr/local/lib/isochrone-edge.sh';
const WITH_COMMON = `# shellcheck source=/dev/null\n. "$root${COMMON}"`;

const program = (script: string): string =>
  ['#!/bin/bash', 'set -euo pipefail', `root=\${ISOCHRONE_ROOT:-}`, WITH_COMMON, read(script)].join('\n');

const serversScript = ({ adminSocket }: UserDataSettings): string =>
  renderServersScript({
    configFile: `"\${ISOCHRONE_ROOT:-}"/etc/isochrone/haproxy.cfg`,
    adminSocket,
    stateFile: serverStateFile({ adminSocket }),
  });

const END = 'ISOCHRONE_END';

const file = (path: string, content: string): string =>
  `cat >"$root${path}" <<'${END}'\n${content.trimEnd()}\n${END}`;

function settingsText(settings: UserDataSettings): string {
  const { region, engine, timeouts = bootTimeouts } = settings;
  const variables = {
    ENGINE: engine,
    REGION: region,
    EDGE_HOSTNAME: settings.hostname,
    INSTANCE: settings.instance,
    RELEASE_PARAMETER: settings.releaseParameter,
    CERTIFICATE_SECRET: settings.certificateSecret,
    ALLOCATION_ID: settings.allocationId,
    GROUP: settings.group,
    STACK: settings.stack,
    RESOURCE: settings.resource,
    DRAIN: String(settings.drain),
    ADMIN_SOCKET: settings.adminSocket,
    HEALTH_ADDRESS: settings.healthAddress,
    RELEASE_TIMEOUT: String(timeouts.release),
    HEALTH_TIMEOUT: String(timeouts.health),
    START_TIMEOUT: String(timeouts.start),
    LEAVE_INTERVAL: '5',
    NODE_URL: settings.node.url,
    NODE_SHA512: settings.node.sha512,
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/agent-install-deb.html
    SSM_AGENT_URL: `https://s3.${region}.amazonaws.com/amazon-ssm-${region}/latest/debian_arm64/amazon-ssm-agent.deb`,
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/download-CloudWatch-Agent-on-EC2-Instance-commandline-first.html
    LOG_AGENT_URL: `https://amazoncloudwatch-agent-${region}.s3.${region}.amazonaws.com/debian/arm64/latest/amazon-cloudwatch-agent.deb`,
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join('\n');
}

const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

const logsText = ({ logGroup, instance }: UserDataSettings): string =>
  JSON.stringify(
    {
      logs: {
        logs_collected: {
          files: {
            collect_list: [
              {
                file_path: '/var/log/isochrone/edge.log',
                log_group_name: logGroup,
                log_stream_name: instance,
              },
              {
                file_path: '/var/log/isochrone-boot.log',
                log_group_name: logGroup,
                log_stream_name: `${instance}-boot`,
              },
            ],
          },
        },
      },
    },
    undefined,
    1,
  );
