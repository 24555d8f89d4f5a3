export { type ConsoleAsset, type ConsoleAssets, consoleAssets } from './serve/assets.ts';
export { type ConsoleHandler, consoleHandler } from './serve/handler.ts';
