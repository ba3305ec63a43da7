import { ValidateBy } from 'class-validator';

/** A field that stands in place of others: a payload with it and any of them is refused. */
export function InPlaceOf(others: readonly string[], message: string): PropertyDecorator {
  return ValidateBy({
    name: 'inPlaceOf',
    validator: {
      validate: (_value, args) => {
        const payload = args?.object as Readonly<Record<string, unknown>> | undefined;
        return others.every((other) => payload?.[other] === undefined);
      },
      defaultMessage: () => message,
    },
  });
}
