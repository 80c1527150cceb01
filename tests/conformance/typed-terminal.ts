// A pseudo-terminal for tests of commands, as a program for python3.

/** A terminal: types when a text has appeared, and shows all that was seen. */
export const TERMINAL = `
import os, pty, select, sys
steps = [tuple(step.split("=", 1)) for step in sys.argv[1].split("|")]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, since = b"", 0
while True:
    if steps and steps[0][0].encode() in seen[since:]:
        since = len(seen)
        os.write(terminal, steps.pop(0)[1].encode().decode("unicode_escape").encode())
    if not select.select([terminal], [], [], 30)[0]:
        break
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
