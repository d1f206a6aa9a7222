#nullable enable
using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Linq;
using System.Text.Json.Serialization;
using System.Xml.Serialization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Newtonsoft.Json;

namespace Altinn.App.Models.vandelsuttalelse
{
    [XmlRoot(ElementName = "vandelsuttalelse")]
    public class vandelsuttalelse
    {
        [MinLength(1)]
        [MaxLength(200)]
        [XmlElement("hjemmel", Order = 1)]
        [JsonProperty("hjemmel")]
        [JsonPropertyName("hjemmel")]
        public string? hjemmel { get; set; }

        [XmlElement("soeker", Order = 2)]
        [JsonProperty("soeker")]
        [JsonPropertyName("soeker")]
        public Soeker? soeker { get; set; }

        [XmlElement("lokale", Order = 3)]
        [JsonProperty("lokale")]
        [JsonPropertyName("lokale")]
        public Lokale? lokale { get; set; }

        [XmlElement("personer", Order = 4)]
        [JsonProperty("personer")]
        [JsonPropertyName("personer")]
        public List<Person>? personer { get; set; }

        [XmlElement("uttalelse", Order = 5)]
        [JsonProperty("uttalelse")]
        [JsonPropertyName("uttalelse")]
        public Uttalelse? uttalelse { get; set; }
    }

    public class Soeker
    {
        [RegularExpression(@"^[0-9]{9}$")]
        [XmlElement("organisasjonsnummer", Order = 1)]
        [JsonProperty("organisasjonsnummer")]
        [JsonPropertyName("organisasjonsnummer")]
        public string? organisasjonsnummer { get; set; }

        [MaxLength(175)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }
    }

    public class Lokale
    {
        [MinLength(1)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 1)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [MinLength(1)]
        [MaxLength(200)]
        [XmlElement("gateadresse", Order = 2)]
        [JsonProperty("gateadresse")]
        [JsonPropertyName("gateadresse")]
        public string? gateadresse { get; set; }

        [RegularExpression(@"^[0-9]{4}$")]
        [XmlElement("postnummer", Order = 3)]
        [JsonProperty("postnummer")]
        [JsonPropertyName("postnummer")]
        public string? postnummer { get; set; }

        [MinLength(1)]
        [MaxLength(50)]
        [XmlElement("poststed", Order = 4)]
        [JsonProperty("poststed")]
        [JsonPropertyName("poststed")]
        public string? poststed { get; set; }
    }

    public class Person
    {
        [XmlAttribute("altinnRowId")]
        [JsonPropertyName("altinnRowId")]
        [System.Text.Json.Serialization.JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        [Newtonsoft.Json.JsonIgnore]
        public Guid AltinnRowId { get; set; }

        public bool ShouldSerializeAltinnRowId() => AltinnRowId != default;

        [XmlElement("rolle", Order = 1)]
        [JsonProperty("rolle")]
        [JsonPropertyName("rolle")]
        public string? rolle { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [RegularExpression(@"^[0-9]{11}$")]
        [XmlElement("foedselsnummer", Order = 3)]
        [JsonProperty("foedselsnummer")]
        [JsonPropertyName("foedselsnummer")]
        public string? foedselsnummer { get; set; }
    }

    public class Uttalelse
    {
        [XmlElement("konklusjon", Order = 1)]
        [JsonProperty("konklusjon")]
        [JsonPropertyName("konklusjon")]
        public string? konklusjon { get; set; }

        [MaxLength(2000)]
        [XmlElement("merknad", Order = 2)]
        [JsonProperty("merknad")]
        [JsonPropertyName("merknad")]
        public string? merknad { get; set; }

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("dato", Order = 3)]
        [JsonProperty("dato")]
        [JsonPropertyName("dato")]
        public string? dato { get; set; }
    }
}
