"""A service that gives Leveret work through the broker, without HTTP: one job, and one event.

    pip install pika                                     or Debian's python3-pika
    npm start                                            in one terminal; it prints the broker's address
    RABBITMQ_URL=amqp://... python3 examples/from_a_service.py                in another
"""

import json
import os
import uuid

import pika

MAIL = {"to": "customer@example.org", "subject": "Your order", "text": "It is on its way."}


def main():
    url = os.environ.get("RABBITMQ_URL", "amqp://127.0.0.1:5672")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        # From now on basic_publish waits until the broker has the message on disk, and raises NackError when it refuses it.
        channel.confirm_delivery()

        # A UUID is the job's id: whoever is not sure that a message has arrived sends it again, and there is one job all
        # the same.
        job = str(uuid.uuid4())
        publish(
            channel,
            "leveret.jobs",
            "email.send",
            MAIL,
            message_id=job,
            priority=6,
            headers={"x-max-attempts": 3, "x-metadata": json.dumps({"sentBy": "an example"})},
        )
        print(f"job {job}")

        # An event starts the jobs of all triggers that want it, each once for its id. If none does, it goes nowhere.
        event = str(uuid.uuid4())
        publish(channel, "leveret.events", "order.placed", {"order": 4711}, mandatory=False, message_id=event)
        print(f"event {event}")
    finally:
        connection.close()


def publish(channel, exchange, routing_key, body, mandatory=True, **properties):
    """A mandatory message that no queue takes raises UnroutableError: the suite was never started on this broker."""
    channel.basic_publish(
        exchange,
        routing_key,
        json.dumps(body).encode(),
        pika.BasicProperties(
            content_type="application/json", delivery_mode=pika.DeliveryMode.Persistent, **properties
        ),
        mandatory=mandatory,
    )


if __name__ == "__main__":
    main()
