export { shmem } from './shmem.js';
