/**
 * The public API for Node: what the command line is made of, file system, images and backends included (docs/api.md). What needs no Node is in
 * `spikeray` (src/index.ts), and here once more.
 */
export * from './index.ts';
export { AUTO, type BackendRequest } from './backends/select-backend.ts';
export { createWasmBackend, type WasmOptions } from './backends/wasm/launch-node.ts';
export { LockedError } from './base/errors.ts';
export { parseEntries, type Entry } from './config/compare-entries.ts';
export { collect, comparedEntries, type Collected } from './jobs/collect.ts';
export { comparisonOf, type Comparison } from './jobs/comparison.ts';
export { jobAt, planJobs, readPlan, writePlan, type Job, type Plan, type PlanRequest } from './jobs/job-plan.ts';
export type { Machine } from './jobs/machine.ts';
export { planSweep, type PlanSweep, type PlannedSweep } from './jobs/plan-sweep.ts';
export { openSweep, type Sweep } from './jobs/sweep.ts';
export { parseSweep, type SweepFile } from './jobs/sweep-file.ts';
export { tabulate, type SweepTable } from './jobs/sweep-table.ts';
export { resumeRun, type ResumeRun } from './jobs/resume-run.ts';
export { runOne, type RunOne } from './jobs/run-one.ts';
export { readResult, type RunResult } from './jobs/run-result.ts';
export type { LiveView, Trained } from './jobs/train-into.ts';
export { trainScene, type TrainScene } from './jobs/train-scene.ts';
export { trainingMemory, type TrainingMemory } from './jobs/training-memory.ts';
export { availableMemory } from './node/available-memory.ts';
export { describeMachine, type MachineReport } from './node/describe-machine.ts';
export { evaluateRun, type EvaluateRun, type EvaluatedRun } from './node/evaluate-run.ts';
export { heldOutViews, openRunScene, openSceneFor } from './node/node-scenes.ts';
export type { HeldOutViews } from './jobs/held-out-views.ts';
export { sharpCodec } from './node/image-codec.ts';
export { lockFolder } from './node/lock-folder.ts';
export { nodeFiles } from './node/node-files.ts';
export { nodeMachine } from './node/node-machine.ts';
export { loadRun, openRunField, type RunField, type RunFieldOptions } from './node/open-run-field.ts';
export type { LoadedRun } from './run/run-folder.ts';
export type { MovedScene, SceneRequest } from './jobs/run-scenes.ts';
export { backendStarters, startBackend } from './node/start-backend.ts';
export { resume, train, type ResumeRequest, type TrainRequest } from './node/train.ts';
export { renderFrames, type FilmEncoder, type FramesOptions } from './eval/render-frames.ts';
export { exportRun, type Exported, type ExportRun } from './node/export-run.ts';
export { startWebServer } from './server/web-server.ts';
