import { type ReactNode, useState } from 'react';
import { Choice } from '../ui/choice';
import { type OuterFieldProps } from './field-props';
import { type Schema } from './schema';

const FORMS = { string: 'as a text', object: 'in detail', boolean: 'yes or no' } as const;
type Form = keyof typeof FORMS;

/** What may be given in short, as a text or by yes or no, in the place of an object. */
export function EitherField({ Inner, ...field }: OuterFieldProps): ReactNode {
  const { name, schema, value, onChange } = field;
  const forms = formsOf(schema);
  const [form, setForm] = useState<Form>(() => formOf(value) ?? forms[0] ?? 'object');
  const choose = (chosen: Form): void => {
    if (chosen === form) return;
    setForm(chosen);
    onChange(undefined);
  };
  const choices = Object.fromEntries(forms.map((one) => [one, FORMS[one]])) as Record<Form, string>;
  return (
    <div className="either-field">
      <Choice label={`How ${name} is given`} choices={choices} chosen={form} onChoice={choose} />
      <Inner key={form} {...field} schema={inForm(form, schema)} />
    </div>
  );
}

function formsOf({ then: short }: Schema): readonly Form[] {
  const types = [short?.type ?? []].flat();
  return (Object.keys(FORMS) as Form[]).filter((form) => form === 'object' || types.includes(form));
}

function formOf(value: unknown): Form | undefined {
  return (Object.keys(FORMS) as Form[]).find((form) => typeof value === form);
}

function inForm(form: Form, { then: short, ...long }: Schema): Schema {
  return form === 'object'
    ? long
    : { ...short, type: form, ...(long.description && { description: long.description }) };
}
