import { expect, it } from 'vitest';
import { stateFor } from '../src/server-state.ts';

const HEAD = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
`;
const api = (fqdn: string, port: number) =>
  `2 api 1 api 127.0.0.9 2 0 1 1 5 15 3 4 6 0 0 0 ${fqdn} ${port} - 1 0 - - 0\n`;
const FLAG = '3 drain 1 flag 127.0.0.1 2 1 1 1 5 1 0 0 0 0 0 0 - 1 - 0 0 - - 0\n';
const config = (where: string) => `backend api\n    server api ${where} resolvers dns\n`;

it('hands on what is known of servers that are where they were', () => {
  const state = `${HEAD}${api('us.example.com', 443)}${FLAG}`;
  expect(stateFor(config('us.example.com:443'), state)).toBe(state);
});

it('forgets a server that has another name now', () => {
  const state = `${HEAD}${api('us.example.com', 443)}${FLAG}`;
  expect(stateFor(config('eu.example.com:443'), state)).toBe(`${HEAD}${FLAG}`);
});

it('keeps the address of a server that has another port now', () => {
  const state = `${HEAD}${api('us.example.com', 443)}${FLAG}`;
  expect(stateFor(config('us.example.com:8443'), state)).toBe(`${HEAD}${api('us.example.com', 8443)}${FLAG}`);
});
