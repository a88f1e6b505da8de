/**
 * Kills every process of the group that `leader` leads or led. While one member lives, the kernel gives the leader's
 * number to nobody else; when none does, there is nothing to kill.
 */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // ESRCH: no member left. EPERM: what macOS says when all that is left of them are zombies.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
