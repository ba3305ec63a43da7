-- The sample database of npm start: a shop. Everything follows from the seed in sample_share, so every clone has the same
-- customers and products, and the same orders on the same days.

create function sample_share(key bigint, salt bigint) returns double precision
  language sql immutable parallel safe
  return (hashint8extended(key, 20260101 + salt) & 1048575) / 1048576.0;

create function sample_pick(words text[], key bigint, salt bigint) returns text
  language sql immutable parallel safe
  return words[1 + floor(sample_share(key, salt) * cardinality(words))::int];

create table customers (
  id integer primary key,
  name text not null,
  email text not null unique,
  city text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  newsletter boolean not null default false,
  credit_limit numeric(12, 2),
  signed_up_on date not null
);

create table products (
  id integer primary key,
  sku text not null unique,
  name text not null,
  category text not null,
  price numeric(12, 2) not null check (price > 0),
  in_stock integer not null default 0
);

create table orders (
  id bigint generated always as identity primary key,
  customer_id integer not null,
  product_id integer not null,
  quantity integer not null check (quantity > 0),
  total numeric(12, 2) not null,
  status text not null,
  placed_at timestamptz not null
);

with places (number, city, country, given, family) as (
  values
    (1, 'London', 'GB', array['Olivia', 'George', 'Amelia', 'Harry', 'Ada'], array['Smith', 'Taylor', 'O''Brien', 'Lovelace']),
    (2, 'Berlin', 'DE', array['Jürgen', 'Anneliese', 'Max', 'Käthe', 'Lena'], array['Müller', 'Groß', 'Schröder', 'Weiß']),
    (3, 'Paris', 'FR', array['Chloé', 'René', 'Zoé', 'François', 'Anaïs'], array['Lefèvre', 'Dubois', 'Bénard', 'Moreau']),
    (4, 'Warszawa', 'PL', array['Łukasz', 'Agnieszka', 'Zbigniew', 'Małgorzata'], array['Wójcik', 'Kowalska', 'Zieliński']),
    (5, 'Αθήνα', 'GR', array['Γιώργος', 'Ελένη', 'Νίκος'], array['Παπαδόπουλος', 'Οικονόμου']),
    (6, 'Київ', 'UA', array['Олена', 'Тарас', 'Юлія'], array['Шевченко', 'Коваленко']),
    (7, 'İstanbul', 'TR', array['Çağla', 'Ömer', 'Ayşe'], array['Yılmaz', 'Güneş', 'Şahin']),
    (8, 'São Paulo', 'BR', array['João', 'Conceição', 'Inês'], array['Araújo', 'Gonçalves', 'Simões']),
    (9, 'New York', 'US', array['Jordan', 'Emma', 'Liam', 'Grace'], array['Johnson', 'García', 'Hopper', 'Nguyen'])
), drawn as (
  select id, 1 + floor(power(sample_share(id, 1), 1.3) * 9)::int as number from generate_series(1, 5000) as id
)
insert into customers
select id, sample_pick(given, id, 2) || ' ' || sample_pick(family, id, 3), 'customer' || id || '@example.org', city, country,
  sample_share(id, 4) < 0.35,
  case when sample_share(id, 5) < 0.4 then round((500 + 9500 * sample_share(id, 6))::numeric, -2) end,
  date '2024-01-01' + floor(sample_share(id, 7) * 700)::int
from drawn join places using (number)
order by id;

insert into products
select id, upper(left(category, 3)) || '-' || lpad(id::text, 5, '0'),
  sample_pick(array['Classic', 'Compact', 'Nordic', 'Everyday', 'Travel', 'Studio', 'Eco', 'Deluxe'], id, 11) || ' '
    || sample_pick(things, id, 12) || ' ' || (1 + id % 9),
  category, round((4 + 180 * power(sample_share(id, 13), 2.5))::numeric, 2) - 0.01, floor(sample_share(id, 14) * 400)::int
from generate_series(1, 400) as id
cross join lateral (
  select (array['Kitchen', 'Garden', 'Office', 'Sport', 'Toys'])[1 + id % 5] as category
) as drawn
cross join lateral (
  select case category
    when 'Kitchen' then array['Kettle', 'Pan', 'Knife', 'Bowl', 'Grinder']
    when 'Garden' then array['Spade', 'Lantern', 'Planter', 'Hose']
    when 'Office' then array['Notebook', 'Lamp', 'Chair', 'Organiser']
    when 'Sport' then array['Bottle', 'Racket', 'Mat', 'Backpack']
    else array['Puzzle', 'Kite', 'Blocks', 'Robot']
  end as things
) as chosen;

-- Orders of the days from first_day to last_day: more of them at weekends, before Christmas, and as the shop grows.
create function sample_orders(first_day date, last_day date) returns void language sql as $$
  insert into orders (customer_id, product_id, quantity, total, status, placed_at)
  select 1 + floor(power(sample_share(key, 21), 1.5) * 5000)::int, products.id, quantity, quantity * products.price,
    case
      when sample_share(key, 25) < 0.03 then 'cancelled'
      when sample_share(key, 25) < 0.07 then 'returned'
      when day > current_date - 4 then sample_pick(array['paid', 'packed', 'shipped'], key, 26)
      else 'delivered'
    end,
    (day + time '07:00' + interval '15 hours' * ((sample_share(key, 22) + sample_share(key, 23)) / 2)) at time zone 'UTC'
  from generate_series(first_day, last_day, interval '1 day') as days (at)
  cross join lateral (select at::date as day, extract(doy from at) as doy, (at::date - date '2024-01-01') as age) as calendar
  cross join lateral generate_series(1, floor(
    (105 + age * 0.04) * (case when extract(isodow from day) >= 6 then 1.35 else 1 end)
    * (1 + 0.12 * sin(2 * pi() * doy / 365) + (case when doy > 325 then 0.45 else 0 end))
    * (0.85 + 0.3 * sample_share(age, 24)))::int) as number
  cross join lateral (select age * 10000::bigint + number as key) as keys
  cross join lateral (select 1 + floor(power(sample_share(key, 27), 4) * 4)::int as quantity) as amounts
  join products on products.id = 1 + floor(power(sample_share(key, 28), 1.8) * 400)::int
  order by day, number
$$;

select sample_orders(current_date - 730, current_date - 1);
-- Checked once for all of them.
alter table orders add foreign key (customer_id) references customers, add foreign key (product_id) references products;
create index on orders (placed_at);

create materialized view daily_totals as
  select placed_at::date as day, count(*) as orders, sum(total) as revenue from orders where status <> 'cancelled' group by 1;

analyze;
