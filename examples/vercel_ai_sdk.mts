// Vercel AI SDK 7.
//
// npm install ai @ai-sdk/openai @ai-sdk/otel @opentelemetry/sdk-node tsx
// npx tsx vercel_ai_sdk.mts

import { openai } from "@ai-sdk/openai";
import { OpenTelemetry } from "@ai-sdk/otel";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, registerTelemetry } from "ai";

const sdk = new NodeSDK(); // to http://localhost:4318
sdk.start();
registerTelemetry(new OpenTelemetry());

const { text } = await generateText({ model: openai("gpt-4o-mini"), prompt: "How do I wash a down jacket?" });
console.log(text);
await sdk.shutdown();
