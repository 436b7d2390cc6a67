import { main } from './command-line.js';

// A reader that has seen enough, such as `head`, is no failure: of results, nor of help.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2));
