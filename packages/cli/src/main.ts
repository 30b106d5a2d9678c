#!/usr/bin/env node
import { oneLine } from './cli-error.ts';
import { program } from './program.ts';

try {
  await program(process.env).parseAsync();
} catch (error) {
  console.error(`chartseal: ${oneLine(error)}`);
  process.exitCode = 1;
}
