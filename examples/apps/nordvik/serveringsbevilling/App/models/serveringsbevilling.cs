#nullable enable
using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Linq;
using System.Text.Json.Serialization;
using System.Xml.Serialization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Newtonsoft.Json;

namespace Altinn.App.Models.serveringsbevilling
{
    [XmlRoot(ElementName = "serveringsbevilling")]
    public class serveringsbevilling
    {
        [XmlElement("soeker", Order = 1)]
        [JsonProperty("soeker")]
        [JsonPropertyName("soeker")]
        public Soeker? soeker { get; set; }

        [XmlElement("lokale", Order = 2)]
        [JsonProperty("lokale")]
        [JsonPropertyName("lokale")]
        public Lokale? lokale { get; set; }

        [XmlElement("dagligLeder", Order = 3)]
        [JsonProperty("dagligLeder")]
        [JsonPropertyName("dagligLeder")]
        public DagligLeder? dagligLeder { get; set; }

        [XmlElement("erklaering", Order = 4)]
        [JsonProperty("erklaering")]
        [JsonPropertyName("erklaering")]
        public Erklaering? erklaering { get; set; }
    }

    public class Soeker
    {
        [RegularExpression(@"^[0-9]{9}$")]
        [XmlElement("organisasjonsnummer", Order = 1)]
        [JsonProperty("organisasjonsnummer")]
        [JsonPropertyName("organisasjonsnummer")]
        public string? organisasjonsnummer { get; set; }

        [MinLength(1)]
        [MaxLength(175)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("kontaktperson", Order = 3)]
        [JsonProperty("kontaktperson")]
        [JsonPropertyName("kontaktperson")]
        public string? kontaktperson { get; set; }

        [MaxLength(254)]
        [XmlElement("epost", Order = 4)]
        [JsonProperty("epost")]
        [JsonPropertyName("epost")]
        public string? epost { get; set; }

        [RegularExpression(@"^[+]?[0-9 ]{8,20}$")]
        [XmlElement("telefon", Order = 5)]
        [JsonProperty("telefon")]
        [JsonPropertyName("telefon")]
        public string? telefon { get; set; }
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

    public class DagligLeder
    {
        [RegularExpression(@"^[0-9]{11}$")]
        [XmlElement("foedselsnummer", Order = 1)]
        [JsonProperty("foedselsnummer")]
        [JsonPropertyName("foedselsnummer")]
        public string? foedselsnummer { get; set; }

        [MinLength(2)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 2)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [XmlElement("etablererproeveBestaatt", Order = 3)]
        [JsonProperty("etablererproeveBestaatt")]
        [JsonPropertyName("etablererproeveBestaatt")]
        [Required]
        public bool? etablererproeveBestaatt { get; set; }

        [RegularExpression(@"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
        [XmlElement("etablererproeveDato", Order = 4)]
        [JsonProperty("etablererproeveDato")]
        [JsonPropertyName("etablererproeveDato")]
        public string? etablererproeveDato { get; set; }
    }

    public class Erklaering
    {
        [XmlElement("bekreftet", Order = 1)]
        [JsonProperty("bekreftet")]
        [JsonPropertyName("bekreftet")]
        [Required]
        public bool? bekreftet { get; set; }
    }
}
