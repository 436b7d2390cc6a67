#!/usr/bin/env node
// In the repository from the start, so that npm links the command before anything is compiled.
import '../dist/main.js';
