#!/usr/bin/env node
// The program: hands argv to the command, exits with its code, and never with a stack.
import { nodeTerminal } from './terminal.ts';
import { runCommandLine } from './program.ts';

const terminal = nodeTerminal();
const code = await runCommandLine(process.argv.slice(2), terminal);
await terminal.flush();
// Timers and sockets that something left behind must not keep the shell waiting.
process.exit(code);
