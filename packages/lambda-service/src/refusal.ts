import type { LambdaReply } from './protocol.ts';

/** What Lambda says of a request that it does not carry out: how, in the names that the AWS SDKs know. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reply: LambdaReply;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.reply = { status, headers: { 'x-amzn-errortype': type }, body: { Type: 'User', Message: message } };
  }
}

export const missing = (what: string): Refusal => new Refusal(404, 'ResourceNotFoundException', what);

export const invalid = (what: string): Refusal => new Refusal(400, 'InvalidParameterValueException', what);
