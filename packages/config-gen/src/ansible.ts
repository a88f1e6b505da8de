import { type Engine, homeLast, type ProxyInstance, regionNames, type Topology } from '@isochrone/topology';
import { banner } from './banner.ts';
import { productionSettings, serverStateFile } from './edge-settings.ts';
import type { GeneratedFile } from './generate.ts';
import { renderServersScript } from './haproxy/servers-script.ts';
import { configFile } from './instance-files.ts';

const engines = ['haproxy', 'fastify'] as const satisfies readonly Engine[];

/**
 * An inventory of the proxies, and a role that puts each one's configuration in its place: for machines that
 * somebody has already, instead of the stacks of apps/infra.
 */
export function ansibleFiles(
  { home }: Topology,
  proxies: readonly ProxyInstance[],
  source: string,
): readonly GeneratedFile[] {
  if (proxies.length === 0) return [];
  const file = (path: string, text: string): GeneratedFile => ({
    path: `ansible/${path}`,
    content: `# ${banner(source)}\n---\n${text}`,
  });
  return [
    file('inventory.yaml', inventory(proxies, home)),
    file('playbook.yaml', PLAYBOOK),
    file('roles/edge/defaults/main.yaml', DEFAULTS),
    file('roles/edge/handlers/main.yaml', HANDLERS),
    file('roles/edge/tasks/main.yaml', TASKS),
    file('roles/edge/tasks/reload.yaml', RELOAD),
    {
      path: 'ansible/roles/edge/files/haproxy-servers.sh',
      content: renderServersScript({
        configFile: '/etc/haproxy/haproxy.cfg',
        adminSocket: productionSettings.adminSocket,
        stateFile: serverStateFile(productionSettings),
      }).replace('\n', `\n# ${banner(source)}\n`),
    },
  ];
}

/** Hosts by engine, which decides how a configuration is judged, and by region. Ansible goes through them in order. */
function inventory(proxies: readonly ProxyInstance[], home: Topology['home']): string {
  const order = homeLast([...new Set(proxies.map(({ region }) => region))], home);
  const canaryFirst = order.flatMap((each) => proxies.filter(({ region }) => region === each));
  const engineGroups = engines.flatMap((engine) => {
    const hosts = canaryFirst.filter((proxy) => proxy.engine === engine);
    return hosts.length === 0
      ? [`    ${engine}: {}`]
      : [`    ${engine}:`, '      hosts:', ...hosts.map(host)];
  });
  const regionGroups = regionNames.flatMap((region) => {
    const hosts = proxies.filter((proxy) => proxy.region === region).map(({ hostname }) => `${hostname}: {}`);
    return hosts.length === 0 ? [] : [`    ${groupName(region)}: { hosts: { ${hosts.join(', ')} } }`];
  });
  return ['all:', '  children:', ...engineGroups, ...regionGroups, ''].join('\n');
}

const host = (proxy: ProxyInstance): string =>
  `        ${proxy.hostname}: { edge_config: ${configFile(proxy, proxy.engine)} }`;

/** Names of groups are names of variables: without hyphens. */
const groupName = (region: string): string => region.replaceAll('-', '_');

const PLAYBOOK = `# ansible-playbook --inventory inventory.yaml playbook.yaml
- name: Edge proxies, one after the other
  hosts: all
  serial: 1
  # Whoever fails ends the rollout: the others keep what they have.
  any_errors_fatal: true
  gather_facts: false
  become: true
  roles: [edge]
`;

const DEFAULTS = `# Where an engine's configuration stands, how it is judged (%s is the file), and how the engine takes it over.
edge_engine: "{{ 'fastify' if 'fastify' in group_names else 'haproxy' }}"
edge_destination: "{{ edge_destinations[edge_engine] }}"
edge_validate: "{{ edge_validations[edge_engine] }}"
edge_reload: "{{ edge_reloads[edge_engine] }}"
edge_destinations:
  haproxy: /etc/haproxy/haproxy.cfg
  fastify: /etc/isochrone/edge-proxy.json
edge_validations:
  haproxy: haproxy -c -q -f %s
  fastify: /opt/isochrone/node /opt/isochrone/main.mjs --check --config %s
edge_reloads:
  haproxy: systemctl reload haproxy.service
  fastify: systemctl reload isochrone-edge.service
# Who is asked whether the engine answers, and with which certificate authority besides the system's.
edge_address: 127.0.0.1:443
edge_ca: ""
`;

const HANDLERS = `- name: Reload the engine
  ansible.builtin.include_tasks: reload.yaml
`;

const RELOAD = `- name: What haproxy knows of its servers, for its next worker
  ansible.builtin.script: haproxy-servers.sh keep
  when: edge_engine == 'haproxy'
- name: The engine takes its configuration over
  ansible.builtin.command: "{{ edge_reload }}"
  changed_when: true
`;

const TASKS = `- name: Install the configuration, or leave everything as it was
  block:
    - name: The folder of the configuration
      ansible.builtin.file:
        path: "{{ edge_destination | dirname }}"
        state: directory
        mode: "0755"
    - name: The configuration, if the engine takes it
      ansible.builtin.copy:
        src: "{{ playbook_dir }}/../{{ edge_config }}"
        dest: "{{ edge_destination }}"
        mode: "0644"
        backup: true
        validate: "{{ edge_validate }}"
      register: edge_installed
      notify: Reload the engine
    - name: The reload, before anything else
      ansible.builtin.meta: flush_handlers
    - name: The engine answers
      ansible.builtin.command:
        argv:
          - curl
          - --silent
          - --show-error
          - --max-time
          - "3"
          - --output
          - /dev/null
          - "{{ '--cacert' if edge_ca else '--tlsv1.2' }}"
          - "{{ edge_ca or '--http1.1' }}"
          - --connect-to
          - "::{{ edge_address }}"
          - "https://{{ inventory_hostname }}/healthz"
      register: edge_answer
      until: edge_answer.rc == 0
      retries: 20
      delay: 0.5
      changed_when: false
  rescue:
    - name: The configuration as it was before
      ansible.builtin.copy:
        src: "{{ edge_installed.backup_file }}"
        dest: "{{ edge_destination }}"
        mode: "0644"
        remote_src: true
      when: edge_installed.backup_file is defined
    - name: The engine with it
      ansible.builtin.include_tasks: reload.yaml
      when: edge_installed.backup_file is defined
    - name: The rollout ends here
      ansible.builtin.fail:
        msg: "{{ ansible_failed_task.name }}: {{ ansible_failed_result.msg | default('failed') }} {{ ansible_failed_result.stderr | default('') }}"
`;
