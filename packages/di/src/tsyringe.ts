// tsyringe throws on import unless reflect-metadata ran before it, and in a graph of modules only a
// module that imports both, in this order, can promise that. Nobody else imports either of them.
import 'reflect-metadata';

export { container, type DependencyContainer, inject, injectable, Lifecycle } from 'tsyringe';
